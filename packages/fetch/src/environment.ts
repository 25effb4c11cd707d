/**
 * Reads an environment variable wherever there is an environment.
 * @param name the variable
 * @returns its value, or undefined when it is empty, unset, or there is no `process`
 */
export function readEnvironment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }
  const value = process?.env?.[name]
  return value === '' ? undefined : value
}
