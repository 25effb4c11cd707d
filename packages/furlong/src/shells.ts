/** What an environment is to become. */
export interface EnvironmentChange {
  readonly set: Readonly<Record<string, string>>
  readonly unset: readonly string[]
}

/** Names of the shells and formats of `furlong env`. */
export type ShellName = 'bash' | 'fish' | 'powershell' | 'dotenv' | 'json'

const singleQuoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`

/** How each shell sets and unsets variables. */
export const shells: Readonly<Record<ShellName, (change: EnvironmentChange) => string[]>> = {
  bash: ({ set, unset }) => [
    ...(unset.length === 0 ? [] : [`unset ${unset.join(' ')}`]),
    ...Object.entries(set).map(([name, value]) => `export ${name}=${singleQuoted(value)}`),
  ],
  fish: ({ set, unset }) => [
    ...unset.map((name) => `set -e ${name};`),
    // fish knows \' and \\ inside single quotes, and nothing else.
    ...Object.entries(set).map(
      ([name, value]) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}';`,
    ),
  ],
  powershell: ({ set, unset }) => [
    ...unset.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
    ...Object.entries(set).map(([name, value]) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
  ],
  dotenv: ({ set, unset }) => [
    ...unset.map((name) => `# must not be set: ${name}`),
    ...Object.entries(set).map(([name, value]) => `${name}="${value.replaceAll(/["\\$`]/g, '\\$&')}"`),
  ],
  json: (change) => [JSON.stringify(change, undefined, 2)],
}

/**
 * Guesses the shell that reads the lines.
 * @param path value of SHELL
 * @returns fish for a path that ends in it, bash (which every POSIX shell reads) otherwise
 */
export function guessShell(path: string | undefined): ShellName {
  return /(?:^|\/)fish$/.test(path ?? '') ? 'fish' : 'bash'
}
