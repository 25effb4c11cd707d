import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'

import { CodeError, createUnzipError, maxUnzippedBytes } from './code-error.ts'
import type { ZipEntry } from './zip-directory.ts'
import { readZipDirectory } from './zip-directory.ts'

const inflate = promisify(inflateRaw)

const fileTypeMask = 0o170000
const regularFile = 0o100000
const folder = 0o040000
/** The two lengths the zip format knows as "look in the zip64 extension". */
const zip64Marker = 0xffff_ffff

/**
 * Unpacks a deployment package into a folder that exists and is empty.
 *
 * @param zip the whole file
 * @param target the folder
 * @throws {CodeError} with Lambda's sentence when the zip is damaged, too large unpacked, or holds a name that leaves the folder or a link
 */
export async function unpack(zip: Uint8Array, target: string): Promise<void> {
  const entries = readZipDirectory(zip)
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  if (total > maxUnzippedBytes) {
    throw new CodeError(`Unzipped size must be smaller than ${maxUnzippedBytes} bytes`)
  }
  for (const entry of entries) checkEntry(entry)
  checkFolders(entries)
  for (const entry of entries) {
    // One after the other: at most one file's bytes are in memory beside the zip.
    await unpackEntry(zip, entry, target)
  }
}

/** A name that climbs out, an absolute name or a link would write where the owner of this process may write. */
function checkEntry({ name, mode, size }: ZipEntry): void {
  const type = mode & fileTypeMask
  if (type !== 0 && type !== regularFile && type !== folder) throw createUnzipError()
  if (name === '' || name.includes('\0') || /^(?:[/\\]|[A-Za-z]:)/u.test(name)) throw createUnzipError()
  if (name.split(/[/\\]/u).includes('..')) throw createUnzipError()
  if (size === zip64Marker) throw createUnzipError()
}

/** guess: Lambda's own bounds are not known; a few hundred bytes of names can ask for millions of folders. */
const maxFolders = 20_000
const maxDepth = 64

function checkFolders(entries: readonly ZipEntry[]): void {
  const folders = new Set<string>()
  for (const { name } of entries) {
    const parts = name.split('/')
    if (parts.length > maxDepth) throw createUnzipError()
    for (let depth = 1; depth < parts.length; depth += 1) folders.add(parts.slice(0, depth).join('/'))
    if (folders.size > maxFolders) throw createUnzipError()
  }
}

async function unpackEntry(zip: Uint8Array, entry: ZipEntry, target: string): Promise<void> {
  const path = join(target, entry.name)
  try {
    if (entry.name.endsWith('/')) {
      await mkdir(path, { recursive: true })
      return
    }
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, await readEntry(zip, entry), { mode: permissions(entry.mode) })
  } catch (error) {
    // A file where another entry wants a folder, or a name too long for the file system: the zip's fault.
    if (error instanceof Error && 'code' in error && isNameTrouble(error.code)) throw createUnzipError()
    throw error
  }
}

function isNameTrouble(code: unknown): boolean {
  return typeof code === 'string' && ['EEXIST', 'EISDIR', 'ENAMETOOLONG', 'ENOTDIR', 'EINVAL'].includes(code)
}

async function readEntry(zip: Uint8Array, entry: ZipEntry): Promise<Uint8Array> {
  const raw = zip.subarray(entry.dataOffset, entry.dataOffset + entry.compressedSize)
  const bytes = await decompress(raw, entry)
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) throw createUnzipError()
  return bytes
}

async function decompress(raw: Uint8Array, { method, size }: ZipEntry): Promise<Uint8Array> {
  if (method === 0) return raw
  if (method !== 8) throw createUnzipError()
  try {
    // The directory's size is a claim: the limit keeps a bomb from unfolding before it is compared.
    return await inflate(raw, { maxOutputLength: Math.max(size, 1) })
  } catch {
    throw createUnzipError()
  }
}

/** The owner can always read and write; a zip not made on Unix carries no permissions. */
function permissions(mode: number): number {
  const bits = mode & 0o777
  return bits === 0 ? 0o644 : bits | 0o600
}
