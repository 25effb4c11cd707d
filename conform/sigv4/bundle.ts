import { fileURLToPath } from 'node:url'
import { build, type BuildOptions } from 'esbuild'

const entry = fileURLToPath(new URL('in-runtime.ts', import.meta.url))

/** A bundle of the suite, and the hash that went into it. */
export interface Bundle {
  readonly text: string
  /** The file of the hash or of the entry that holds it; `left to the runtime` where the package stayed out of the bundle. */
  readonly branch: string
}

/**
 * Bundles a program with the package, as a web page would, by the conditions of an installed package.
 * @param file a program of `bundleSuite`, in a folder that has the package installed
 */
export async function bundleInstalled(file: string): Promise<Bundle> {
  return bundle({ entryPoints: [file] })
}

/** Bundles the suite with the package's sources in this repository, as a web page would. */
export async function bundleSources(): Promise<Bundle> {
  return bundle({ conditions: ['@furlong/source'] })
}

/** Bundles the suite alone, so that the runtime itself resolves the package. */
export async function bundleSuite(): Promise<Bundle> {
  return bundle({ external: ['@furlong/sigv4'] })
}

async function bundle(options: BuildOptions): Promise<Bundle> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
    ...options,
  })
  const inputs = Object.keys(result.metafile?.inputs ?? {})
  const branch = inputs.find((name) => /sigv4\/(?:src\/sha256|dist\/index)(?:\.node)?\.[jt]s$/.test(name))
  const text = result.outputFiles?.[0]?.text ?? ''
  return { text, branch: branch?.replace(/.*\//, '') ?? 'left to the runtime' }
}
