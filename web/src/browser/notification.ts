/** Whether the browser can notify, and whether it was allowed to. */
export function notificationPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in window ? Notification.permission : 'unsupported';
}

/** Pages without TLS have no service workers. */
async function workerRegistration(): Promise<ServiceWorkerRegistration | undefined> {
  return 'serviceWorker' in navigator ? navigator.serviceWorker.getRegistration() : undefined;
}

/** Notifies somebody who does not look at the page; says nothing when that is not allowed. */
export async function notifyAway(title: string, body: string, address: string): Promise<void> {
  if (document.visibilityState === 'visible' || notificationPermission() !== 'granted') return;
  const options: NotificationOptions = {
    body,
    icon: '/icons/icon-192.png',
    tag: address,
    lang: document.documentElement.lang,
    data: { address },
  };
  const worker = await workerRegistration();
  if (worker !== undefined) {
    // The only way on Android; the service worker opens the story when it is tapped.
    await worker.showNotification(title, options);
    return;
  }
  const notification = new Notification(title, options);
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
}
