/** A policy document that IAM would not accept. */
export class PolicyError extends Error {
  override readonly name: string = 'PolicyError'
  /** AWS's own error code, always the same. */
  readonly code = 'MalformedPolicyDocument' as const
  /** Where in the document, such as `Statement[0].Condition.Bool`; empty for the document itself. */
  readonly path: string
  /** What stood there, as JSON, shortened. */
  readonly value: string
  /** What had to stand there. */
  readonly rule: string

  /**
   * @param path where in the document; empty for the document itself
   * @param value what stood there
   * @param rule what had to stand there, as half a sentence: `must be "Allow" or "Deny"`
   */
  constructor(path: string, value: unknown, rule: string) {
    const shown = showValue(value)
    super(`${path === '' ? 'The policy document' : path}${shown === '' ? '' : ` is ${shown}:`} ${rule}`)
    this.path = path
    this.value = shown
    this.rule = rule
  }
}

const maxShownCharacters = 80

function showValue(value: unknown): string {
  if (value === undefined) return ''
  const text = JSON.stringify(value)
  return text.length > maxShownCharacters ? `${text.slice(0, maxShownCharacters)}…` : text
}
