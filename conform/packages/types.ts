/** What a compiler makes of the packages, as their users set it up. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from './pack.ts'

const execute = promisify(execFile)

/** How a user’s compiler looks for types. */
const resolutions = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
} as const
type Resolution = keyof typeof resolutions

const common = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  // Our types are looked into; what others get wrong is left out of what is told.
  skipLibCheck: false,
}

/**
 * Compiles a consumer of every entry, which says by name what Node finds there, and the programs that use them.
 *
 * @param folder a project in which the packages are installed
 * @param entries what is imported
 * @param programs paths of TypeScript files in it
 * @param ways how types are looked for; a compiler of its own for each
 * @returns what the compiler says under each, errors in packages of others left out
 */
export async function findTypeFaults(
  folder: string,
  entries: readonly string[],
  programs: readonly string[],
  ways: readonly Resolution[] = ['node16', 'bundler'],
): Promise<string[]> {
  await writeFile(join(folder, 'consumer.ts'), await writeConsumer(folder, entries))
  const found = await Promise.all(
    ways.map(async (name) => {
      const file = `tsconfig.${name}.json`
      const files = ['consumer.ts', ...programs]
      await writeFile(
        join(folder, file),
        JSON.stringify({ compilerOptions: { ...common, ...resolutions[name] }, files }),
      )
      const said = await compile(folder, file)
      const own = said.filter((line) => !/^(?:\.\.\/|node_modules\/(?!(?:@furlong|furlong)\/))/.test(line))
      return own.map((line) => `${name}: ${line}`)
    }),
  )
  return found.flat()
}

/** Each name once, none of them `any`, and no name that only types know. */
async function writeConsumer(folder: string, entries: readonly string[]): Promise<string> {
  const names = await listNames(folder, entries)
  return [
    'type IsAny<T> = 0 extends 1 & T ? true : false',
    'type Loose<M> = { [K in keyof M]: IsAny<M[K]> extends true ? K : never }[keyof M]',
    ...entries.flatMap((entry, index) => {
      const listed = (names[entry] ?? []).map((name) => `'${name}'`)
      return [
        `import * as m${index} from '${entry}'`,
        `export const found${index}: readonly (keyof typeof m${index})[] = [${listed.join(', ')}]`,
        `export const missed${index}: [Exclude<keyof typeof m${index}, ${listed.join(' | ') || 'never'}>] extends [never] ? true : never = true`,
        `export const typed${index}: [Loose<typeof m${index}>] extends [never] ? true : never = true`,
      ]
    }),
    '',
  ].join('\n')
}

async function listNames(
  folder: string,
  entries: readonly string[],
): Promise<Readonly<Record<string, string[]>>> {
  const script = `const found = {}
for (const entry of ${JSON.stringify(entries)}) found[entry] = Object.keys(await import(entry))
process.stdout.write(JSON.stringify(found))`
  const file = join(folder, 'names.mjs')
  await writeFile(file, script)
  const { stdout } = await execute(process.execPath, [file], { cwd: folder })
  return JSON.parse(stdout) as Record<string, string[]>
}

async function compile(folder: string, config: string): Promise<string[]> {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc')
  try {
    await execute(process.execPath, [tsc, '-p', config, '--pretty', 'false'], {
      cwd: folder,
      maxBuffer: 1 << 26,
    })
    return []
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    // A line that is indented goes on with the one before.
    return `${stdout}${stderr}`.split(/\n(?! )/).filter(Boolean)
  }
}
