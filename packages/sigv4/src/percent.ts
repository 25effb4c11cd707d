const triplets: string[] = []

/**
 * Percent-encodes one character.
 * @param character up to U+00FF it is one byte, as HTTP parsers hand over raw targets; beyond, it becomes UTF-8
 * @returns its triplets, upper-case
 */
function encodeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  if (code > 255) return encodeURIComponent(character.toWellFormed())
  return (triplets[code] ??= '%' + (code + 256).toString(16).slice(1).toUpperCase())
}

/**
 * Encodes a text as it stands, percent signs included.
 * @param text any text
 * @param reserved matches each character to encode, with the flags `gu`; by default all but RFC 3986's unreserved ones
 * @returns the encoded text
 */
export function encodeText(text: string, reserved: RegExp = /[^\w.~-]/gu): string {
  return text.replace(reserved, encodeCharacter)
}

/**
 * Decodes a text and encodes it again, so that every spelling of the same bytes comes out alike.
 * @param text any text; a `%` that begins no triplet is a percent sign
 * @param reserved as for `encodeText`, but with triplets as the first alternative, their digits captured
 * @returns the encoded text
 */
export function encodeAgain(text: string, reserved: RegExp = /%([\dA-Fa-f]{2})|[^\w.~-]/gu): string {
  return text.replace(reserved, encodeMatch)
}

function encodeMatch(match: string, digits: string | undefined): string {
  if (digits === undefined) return encodeCharacter(match)
  const character = String.fromCharCode(Number.parseInt(digits, 16))
  return /[\w.~-]/.test(character) ? character : match.toUpperCase()
}
