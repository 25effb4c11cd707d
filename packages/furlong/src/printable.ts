/**
 * Control characters, C1 among them, but for tab and line end, and for colours: `ESC [ … m` changes how text looks and
 * nothing else. Everything else could move the cursor over what was said, rename the window, or answer in the user's name.
 */
const harmful = /(\u001b\[[\d;]*m|\r(?=\n|$))|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * Makes text fit for a terminal: requests, answers, files and arguments may hold anything.
 *
 * @param text what is to be written
 * @returns the same text, each control character as `\u001b` is written in JSON: JSON stays what it was
 */
export function toPrintable(text: string): string {
  return text.replaceAll(
    harmful,
    (found, kept: string | undefined) => kept ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
