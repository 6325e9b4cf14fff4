import { createServer, type HtmlTagDescriptor, type Plugin, type ResolvedConfig } from 'vite';

/** Chunks of which public/first-paint.js asks for those that the opened page needs. */
const PAGES = { home: 'HomePage', reading: 'ReadingPage' } as const;
const LANGUAGES = ['en', 'ja'] as const;

interface Chunk {
  name: string;
  fileName: string;
  imports: string[];
}

/**
 * Puts into index.html what is seen before the JavaScript is there (src/shell), and the names of
 * the files that each page will need, so that they are asked for at once and not one after another.
 */
export function shell(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'storybot-shell',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk');
        const shells = await renderShells(config);
        if (shells.includes(' style=')) throw new Error('The CSP allows no style attributes.');
        return {
          html: html
            .replace('<div id="root"></div>', () => `<div id="root">${shells}</div>`)
            // The styles of what is already there come first, whatever else is asked for.
            .replaceAll(
              /<(script type="module"|link rel="modulepreload")/g,
              '<$1 fetchpriority="low"',
            ),
          tags: [firstPaint(chunks)],
        };
      },
    },
  };
}

async function renderShells(config: ResolvedConfig): Promise<string> {
  const server = await createServer({
    configFile: config.configFile ?? false,
    mode: 'production',
    server: { middlewareMode: true, ws: false, watch: null },
    appType: 'custom',
    logLevel: 'error',
  });
  try {
    // The one thing of a browser that the app wants to know before it is shown.
    Object.assign(globalThis, { location: { origin: 'http://localhost' } });
    const { renderShells } = (await server.ssrLoadModule('/src/shell/render.tsx')) as {
      renderShells: () => Promise<string>;
    };
    return await renderShells();
  } finally {
    await server.close();
  }
}

function firstPaint(chunks: readonly Chunk[]): HtmlTagDescriptor {
  const files: Record<string, string> = {};
  for (const [page, name] of Object.entries(PAGES)) {
    files[`data-${page}`] = needed(chunks, name).join(' ');
  }
  for (const language of LANGUAGES) {
    files[`data-${language}`] = needed(chunks, language).join(' ');
  }
  return {
    tag: 'script',
    attrs: { src: '/first-paint.js', ...files },
    injectTo: 'head-prepend',
  };
}

/** The files of a chunk and of all that it imports, without what index.html asks for anyway. */
function needed(chunks: readonly Chunk[], name: string): string[] {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const reach = (fileName: string, found: Set<string>): Set<string> => {
    if (found.has(fileName)) return found;
    found.add(fileName);
    for (const imported of byFile.get(fileName)?.imports ?? []) reach(imported, found);
    return found;
  };
  const one = (wanted: string) => {
    const chunk = chunks.find((candidate) => candidate.name === wanted);
    if (chunk === undefined) throw new Error(`The build has no chunk ${wanted}.`);
    return reach(chunk.fileName, new Set());
  };
  const entry = one('index');
  return [...one(name)].filter((file) => !entry.has(file)).map((file) => `/${file}`);
}
