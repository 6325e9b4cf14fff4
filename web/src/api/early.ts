declare global {
  interface Window {
    /** A request that public/first-paint.js sent while the JavaScript was still on its way. */
    storybotEarly?: { url: string; answer: Promise<Response> };
  }
}

/** The answer to a request that was sent before the app was there; only the first asker gets it. */
export function earlyAnswer(request: Request): Promise<Response> | undefined {
  const early = window.storybotEarly;
  if (early === undefined || request.method !== 'GET' || request.url !== early.url)
    return undefined;
  delete window.storybotEarly;
  return early.answer;
}
