/** How much of a foreign message goes into ours, in characters. */
const longestCause = 300

/** Shell commands, which may bear passwords as words. */
const commandLine = /(Command failed: +\S+)[^\n]*/g

/** Words that stand before a secret, and the secret. */
const namedSecret = /((?:secret|token|passw(?:or)?d|signature)[\w-]*(?:=|["']\s*:)\s*["']?)[^\s"',;&]+/gi

/** An ARN, which may be shown, or a run that is long enough for a key. */
const longRun = /arn:aws[\w-]*:\S+|[A-Za-z0-9+/=%_-]{40,}/g

/**
 * Tells in one line why something failed, for a message of ours.
 * @param cause what was thrown
 * @returns its name and message, cut short, with all that could be a secret masked; empty when it says nothing
 */
export function tellCause(cause: unknown): string {
  if (typeof cause === 'string') return maskSecrets(cause)
  if (!(cause instanceof Error)) return ''
  const { code } = cause as { code?: unknown }
  // A connection that failed on every address says only this.
  const says = cause.message === '' && typeof code === 'string' ? code : cause.message
  // `AccessDenied` and the like say more than the sentence; a class of the language or of a provider does not.
  const name = /(?:Error|^)$/.test(cause.name) || says.includes(cause.name) ? '' : `${cause.name}: `
  return maskSecrets(name + says)
}

function maskSecrets(text: string): string {
  const line = text
    .replaceAll(commandLine, '$1 …')
    .replaceAll(namedSecret, '$1…')
    .replaceAll(longRun, (run) => (run.startsWith('arn:') || !looksRandom(run) ? run : '…'))
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > longestCause ? `${line.slice(0, longestCause)}…` : line
}

// Paths are long too. Hexadecimal digits aside, no key of 40 characters is without letters of both cases.
function looksRandom(run: string): boolean {
  return (/[a-z]/.test(run) && /[A-Z]/.test(run)) || /^[0-9a-f]+$/i.test(run)
}
