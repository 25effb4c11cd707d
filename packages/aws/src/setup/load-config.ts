import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PluginBuild } from 'esbuild'
import { toBuildError } from '../bundle/build-error.ts'
import { AwsError } from '../errors.ts'
import type { FurlongConfig } from './config.ts'
import { parseConfig } from './parse-config.ts'

/** A configuration and where it was found. */
export interface LoadedConfig {
  /** Absolute path of the file; paths in the configuration start from its folder. */
  readonly path: string
  readonly config: FurlongConfig
}

const fileNames = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `furlong.config.${ending}`)

/**
 * Finds the configuration of a folder.
 * @param folder absolute path; folders above are not looked at
 * @returns absolute path of its `furlong.config.ts`, `.mts`, `.js`, `.mjs` or `.json`; undefined when it has none
 * @throws {AwsError} `ConfigInvalid` when there are several
 */
export function findConfig(folder: string): string | undefined {
  const found = fileNames.filter((name) => existsSync(resolve(folder, name)))
  if (found.length > 1) {
    throw new AwsError(
      'ConfigInvalid',
      `There are several configurations in ${folder}: ${found.join(', ')}.`,
      {
        tryThis: 'name one with --config',
      },
    )
  }
  return found[0] === undefined ? undefined : resolve(folder, found[0])
}

/**
 * Loads a configuration: TypeScript and JavaScript are bundled and run in this process, JSON is read.
 * @param path absolute path of the file
 * @returns the checked configuration
 * @throws {AwsError} `ConfigFailed` when it is missing, does not compile or throws; `ConfigInvalid`, with each member that is wrong
 */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const file = basename(path)
  if (!existsSync(path)) throw new AwsError('ConfigFailed', `There is no configuration ${path}.`)
  const input = path.endsWith('.json') ? await readJson(path, file) : await runModule(path, file)
  return { path, config: parseConfig(input, file) }
}

async function readJson(path: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (error) {
    throw new AwsError('ConfigFailed', `${file} is no JSON: ${(error as Error).message}.`, { cause: error })
  }
}

/** Everything it imports is bundled with it, so that nothing has to be written beside it to run it. */
async function runModule(path: string, file: string): Promise<unknown> {
  const { build } = await import('esbuild')
  const from = pathToFileURL(path).href
  const banner = `import { createRequire as furlongCreateRequire } from 'node:module'; const require = furlongCreateRequire(${JSON.stringify(from)});`
  let code: string
  try {
    const result = await build({
      entryPoints: [path],
      absWorkingDir: dirname(path),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: `node${process.versions.node}`,
      write: false,
      sourcemap: 'inline',
      logLevel: 'silent',
      banner: { js: banner },
      define: {
        'import.meta.url': JSON.stringify(from),
        'import.meta.dirname': JSON.stringify(dirname(path)),
        'import.meta.filename': JSON.stringify(path),
      },
      plugins: [{ name: 'furlong-config', setup: provideDefineConfig }],
    })
    code = result.outputFiles[0]?.text ?? ''
  } catch (error) {
    throw toBuildError(error, {
      from: dirname(path),
      cwd: dirname(path),
      says: `${file} could not be bundled`,
      code: 'ConfigFailed',
    })
  }
  try {
    const exported = (await import(
      `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
    )) as { default?: unknown }
    return exported.default
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new AwsError('ConfigFailed', `${file} could not be run: ${message}`, { cause: error })
  }
}

/** A project need not have furlong installed for its configuration to be read, and furlong itself need not be loaded again. */
function provideDefineConfig(build: PluginBuild): void {
  build.onResolve({ filter: /^furlong$/ }, ({ path }) => ({ path, namespace: 'furlong-config' }))
  build.onLoad({ filter: /.*/, namespace: 'furlong-config' }, () => ({
    contents: 'export const defineConfig = (config) => config',
  }))
}
