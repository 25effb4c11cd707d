/** So many results are kept; some of the texts come from clients, who must not fill the memory with them. */
const maxRemembered = 256
/** guess: longer texts are not repeated. */
const maxRememberedLength = 64

/**
 * Keeps the results of a pure function for texts that come again and again, such as names of headers.
 *
 * @param read What is asked the first time; what it throws is not kept.
 * @returns The same function, with a memory of bounded size.
 */
export function remember<T extends string | boolean>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = read(text)
    if (known.size === maxRemembered) known.clear()
    if (text.length <= maxRememberedLength) known.set(text, result)
    return result
  }
}
