import { createUnzipError } from './code-error.ts'

/** One entry of a zip's central directory. */
export interface ZipEntry {
  readonly name: string
  /** Unix file type and permissions; 0 when the zip was not made on Unix. */
  readonly mode: number
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly crc32: number
  readonly compressedSize: number
  readonly size: number
  /** Where its compressed bytes begin. */
  readonly dataOffset: number
}

const endSignature = 0x06054b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const endLength = 22
const maxCommentLength = 0xffff
const unix = 3
const encryptedFlag = 1

/**
 * Reads the central directory of a zip. Its word counts, not that of the local headers: that is what Unix tools believe.
 *
 * @param zip the whole file
 * @returns its entries, folders too
 * @throws {CodeError} when the file is no zip, is damaged, encrypted, split or of the zip64 kind
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readZipDirectory(zip: Uint8Array): ZipEntry[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  try {
    const end = findEnd(view)
    const count = view.getUint16(end + 10, true)
    const entries: ZipEntry[] = []
    let offset = view.getUint32(end + 16, true)
    while (entries.length < count) {
      const { entry, next } = readCentralHeader(view, zip, offset)
      entries.push(entry)
      offset = next
    }
    return entries
  } catch (error) {
    // DataView throws a RangeError for an offset outside the file, TextDecoder a TypeError for a damaged name.
    if (error instanceof RangeError || error instanceof TypeError) throw createUnzipError()
    throw error
  }
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - endLength - maxCommentLength)
  for (let offset = view.byteLength - endLength; offset >= lowest; offset--) {
    if (view.getUint32(offset, true) === endSignature) return offset
  }
  throw createUnzipError()
}

function readCentralHeader(view: DataView, zip: Uint8Array, at: number): { entry: ZipEntry; next: number } {
  if (view.getUint32(at, true) !== centralSignature) throw createUnzipError()
  if ((view.getUint16(at + 8, true) & encryptedFlag) !== 0) throw createUnzipError()
  const nameLength = view.getUint16(at + 28, true)
  const restLength = view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  const local = view.getUint32(at + 42, true)
  if (view.getUint32(local, true) !== localSignature) throw createUnzipError()
  const entry = {
    name: new TextDecoder('utf-8', { fatal: true }).decode(zip.subarray(at + 46, at + 46 + nameLength)),
    mode: view.getUint8(at + 5) === unix ? view.getUint16(at + 40, true) : 0,
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    compressedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    dataOffset: local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true),
  }
  if (entry.dataOffset + entry.compressedSize > zip.byteLength) throw createUnzipError()
  return { entry, next: at + 46 + nameLength + restLength }
}
