/** Whether the browser lets this page notify; it asks the user where it has not yet. */
export async function mayNotify(): Promise<boolean> {
  if (!('Notification' in window)) {
    return false;
  }
  const { permission } = Notification;
  return (
    (permission === 'default' ? await Notification.requestPermission() : permission) === 'granted'
  );
}

/** Show a text outside of the page, if it is not in front and the browser may. */
export function notifyOutside(text: string, open: () => void): void {
  if (document.hasFocus() || !('Notification' in window) || Notification.permission !== 'granted') {
    return;
  }
  const shown = new Notification('Slurm', { body: text });
  shown.onclick = () => {
    window.focus();
    shown.close();
    open();
  };
}
