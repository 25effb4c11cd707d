/**
 * What an answer of the query protocol is made of; lists become `<member>` elements, maps `<entry>` elements, absent
 * members nothing.
 */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly XmlValue[]
  | ReadonlyMap<string, XmlValue>
  | { readonly [name: string]: XmlValue }

/** A structure of an answer. */
export type XmlStructure = Readonly<Record<string, XmlValue>>

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser would normalise a bare carriage return away.
  '\r': '&#xD;',
}

/** XML 1.0 cannot carry other control characters, not even escaped. */
const unwritable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g

/**
 * Writes the members of a structure as XML elements.
 *
 * @param value the structure
 * @returns XML without declaration and root
 */
export function writeXml(value: XmlValue): string {
  if (value === undefined) return ''
  if (value instanceof Date) return formatTime(value)
  if (Array.isArray(value)) return value.map((item) => `<member>${writeXml(item)}</member>`).join('')
  if (value instanceof Map) return writeEntries(value as ReadonlyMap<string, XmlValue>)
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, member]) => (member === undefined ? '' : `<${name}>${writeXml(member)}</${name}>`))
      .join('')
  }
  return String(value)
    .replace(unwritable, '\uFFFD')
    .replace(/[&<>"\r]/g, (character) => escapes[character] ?? character)
}

function writeEntries(map: ReadonlyMap<string, XmlValue>): string {
  return [...map].map(([key, value]) => `<entry>${writeXml({ key, value })}</entry>`).join('')
}

/** The query protocol's times have whole seconds. */
function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
