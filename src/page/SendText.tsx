/** Hands a text to the device's own sharing, where the browser has it. */
export function SendText(props: { readonly label: string; readonly title: string; readonly text: string }) {
  const { label, title, text } = props;
  if (!('share' in navigator)) return null;
  // Whoever closes the dialog without a choice wants nothing more.
  const send = (): Promise<void> => navigator.share({ title, text }).catch(() => {});
  return (
    <button type="button" onClick={send}>
      {label}
    </button>
  );
}
