/** The hosts of this machine, as URLs spell them. */
export const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Function URLs by name: the local side answers them through its proxy, under their real names too. */
const functionUrl = /\.lambda-url\.[a-z0-9-]+\.(?:on\.aws|localhost)\.?$/

/** What the local side sends, and no more: the sentence is shown to people as a command to run. */
const explainCommand = /^npx furlong explain [a-z0-9]{1,64}$/

/**
 * Reads the local side's hint, the header `x-furlong-why`. Any server can send a header of that name, so it is taken
 * only from hosts that the local side answers for, and only in the one form that it writes.
 * @param hostname where the request went, as in a URL
 * @param value the header
 * @returns the command that explains the request; undefined when there is none to trust
 */
export function readWhy(hostname: string, value: string | null | undefined): string | undefined {
  if (typeof value !== 'string' || !explainCommand.test(value)) return undefined
  return loopbackHosts.has(hostname) || functionUrl.test(hostname) ? value : undefined
}
