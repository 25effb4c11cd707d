/** Parameters of the protocol itself; those of a presigned URL begin with X-Amz-. */
const protocolParameters: readonly string[] = ['Action', 'Version']
const presigned = 'X-Amz-'

/** A form that knows what of it was read: what was not is no member, or lies behind a gap in a list. */
export class Parameters {
  readonly #form: URLSearchParams
  readonly #read = new Set(protocolParameters)

  /** @param form what was sent */
  constructor(form: URLSearchParams) {
    this.#form = form
  }

  /**
   * Reads a parameter.
   *
   * @param name such as `Tags.member.1.Key`
   * @returns its value, or null
   */
  get(name: string): string | null {
    this.#read.add(name)
    return this.#form.get(name)
  }

  /**
   * Finds what nobody asked for.
   *
   * @returns the first name that was not read, or undefined
   */
  findUnread(): string | undefined {
    return [...this.#form.keys()].find((name) => !this.#read.has(name) && !name.startsWith(presigned))
  }
}
