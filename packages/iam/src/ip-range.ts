/** A prepared address range of one family. */
export interface IpRange {
  /** 4 or 16. */
  readonly bytes: readonly number[]
  readonly prefixBits: number
}

/**
 * Reads an IPv4 or IPv6 address.
 *
 * @param text such as `203.0.113.10` or `2001:db8::1`
 * @returns 4 or 16 bytes, or `undefined`
 */
export function parseIpAddress(text: string): number[] | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/**
 * Reads a CIDR range; a bare address is a range of one.
 *
 * @param text such as `203.0.113.0/24`
 * @returns the range, or `undefined`
 */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const bytes = parseIpAddress(slash === -1 ? text : text.slice(0, slash))
  if (bytes === undefined) return undefined
  if (slash === -1) return { bytes, prefixBits: bytes.length * 8 }
  const prefixBits = parseDecimal(text.slice(slash + 1), 3)
  return prefixBits === undefined || prefixBits > bytes.length * 8 ? undefined : { bytes, prefixBits }
}

/**
 * Tells whether an address lies in a range.
 *
 * @param range from `parseIpRange()`
 * @param bytes from `parseIpAddress()`
 * @returns `false` also when the families differ
 */
export function isInIpRange(range: IpRange, bytes: readonly number[]): boolean {
  if (range.bytes.length !== bytes.length) return false
  let bitsLeft = range.prefixBits
  for (let index = 0; bitsLeft > 0; index++, bitsLeft -= 8) {
    const mask = bitsLeft >= 8 ? 0xff : (0xff << (8 - bitsLeft)) & 0xff
    if (((range.bytes[index] ?? 0) & mask) !== ((bytes[index] ?? 0) & mask)) return false
  }
  return true
}

function parseDecimal(text: string, maxDigits: number): number | undefined {
  if (text.length === 0 || text.length > maxDigits) return undefined
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

const zero = 48

function parseIpv4(text: string): number[] | undefined {
  const bytes: number[] = []
  for (const part of text.split('.')) {
    const byte = parseDecimal(part, 3)
    if (byte === undefined || byte > 255) return undefined
    bytes.push(byte)
  }
  return bytes.length === 4 ? bytes : undefined
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::')
  // An IPv4 address may stand at the very end, and nowhere before.
  const [left, right] = halves.map((half, index) => parseGroups(half, index === halves.length - 1))
  if (left === undefined || halves.length > 2) return undefined
  if (halves.length === 1) return left.length === 16 ? left : undefined
  if (right === undefined || left.length + right.length > 14) return undefined
  return [...left, ...Array.from({ length: 16 - left.length - right.length }, () => 0), ...right]
}

function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (isLast && index === groups.length - 1 && group.includes('.')) {
      const tail = parseIpv4(group)
      if (tail === undefined) return undefined
      bytes.push(...tail)
    } else if (/^[\da-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else return undefined
  }
  return bytes
}
