import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadTls } from '../node-builtins.ts'

/** Where systems keep their roots in one file, the first that exists counts. @see https://go.dev/src/crypto/x509/root_linux.go */
const systemRoots: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** Files of roots for one command. */
export interface TrustFiles {
  /** For Node, which adds it to its own roots: the local CA, and what NODE_EXTRA_CA_CERTS named before. */
  readonly extra: string
  /** For clients that take one file in place of their own roots: the local CA, what they were told before, the system's roots. */
  readonly bundle: string
  /** Files that were named and cannot be read. */
  readonly unreadable: readonly string[]
}

/** Variables that name a file of roots in place of the client's own. */
export const bundleVariables: readonly string[] = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'AWS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
]

/**
 * Writes the files that make clients trust the local CA beside what they trusted before.
 *
 * @param certificateFile the local CA's certificate; the files are written beside it, named by what they hold
 * @param env what names roots so far
 */
export async function writeTrustFiles(
  certificateFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TrustFiles> {
  const unreadable: string[] = []
  const read = async (file: string): Promise<string> => {
    try {
      return await readFile(file, 'utf8')
    } catch {
      unreadable.push(file)
      return ''
    }
  }
  const own = await readFile(certificateFile, 'utf8')
  const { NODE_EXTRA_CA_CERTS: extra = '' } = env
  const system = systemRoots.find((file) => existsSync(file))
  const named = bundleVariables.flatMap((name) => env[name] || [])
  const files = new Set([...named, ...(system === undefined ? [] : [system])])
  const texts = await Promise.all([...files].map(read))
  const roots = system === undefined ? [...texts, ...loadTls().rootCertificates] : texts
  const write = createWriter(dirname(certificateFile))
  return {
    extra: extra === '' ? certificateFile : await write([own, await read(extra)]),
    bundle: await write([own, ...roots]),
    unreadable,
  }
}

const block = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g

function createWriter(folder: string): (texts: readonly string[]) => Promise<string> {
  return async (texts) => {
    const certificates = new Set(texts.flatMap((text) => text.match(block) ?? []))
    const text = `${[...certificates].join('\n')}\n`
    const file = join(folder, `roots-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.pem`)
    if (await isThere(file)) return file
    const unfinished = `${file}.${randomUUID()}`
    await writeFile(unfinished, text, { mode: 0o600 })
    await rename(unfinished, file)
    return file
  }
}

/** That it was asked for stands in its time. */
async function isThere(file: string): Promise<boolean> {
  const now = new Date()
  return utimes(file, now, now).then(
    () => true,
    () => false,
  )
}

/** A client that keeps reading its file may be older: a read shows in the file's time, once a day on most file systems. */
const unusedMs = 30 * 24 * 60 * 60_000

/**
 * Removes the files of roots that nobody was given or has read for 30 days, nor left unfinished: one is left each time the system's
 * roots change, or the local CA. Before a side gives out any: one that it gives must not be taken away at that moment.
 *
 * @param folder where the local CA's certificate lies, if it was made
 */
export async function removeUnusedTrustFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const unusedSince = Date.now() - unusedMs
  for (const name of names.filter((one) => /^roots-[\da-f]{16}\.pem(?:\.[\da-f-]{36})?$/.test(one))) {
    const file = join(folder, name)
    // Gone in the meantime, or another user's: it hinders nobody.
    const { atimeMs, mtimeMs } = await stat(file).catch(() => ({ atimeMs: Infinity, mtimeMs: Infinity }))
    if (Math.max(atimeMs, mtimeMs) < unusedSince) await rm(file, { force: true }).catch(() => {})
  }
}
