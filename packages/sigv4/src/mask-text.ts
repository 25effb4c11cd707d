/** What is hidden in any text, as JSON or as a function may have printed it: the secret follows what is kept. */
const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // The password of a URL.
  [/(:\/\/[^\s/:@"']*:)[^\s/@"']+(?=@)/g, '$1***'],
  // Of a presigned link and of an Authorization header.
  [/(Signature=)[0-9a-f]{16,}/gi, '$1***'],
  [/(Bearer\s+)[\w.~+/=-]{8,}/gi, '$1***'],
  // In a query, an object, a table of environment variables; quotes may be escaped, more than once.
  [
    /((?:x-amz-security-token|x-amz-signature|x-amz-s3session-token|x-api-key|x-auth-token|aws_session_token|aws_secret_access_key|secretaccesskey|sessiontoken)(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?)[^"'\\\s,&}]{4,}/gi,
    '$1***',
  ],
  [/((?:"|\\")(?:set-)?cookie\\?":\s*\\?")[^"\\]+/gi, '$1***'],
  [/((?:"|\\")cookies\\?":\s*)\[[^\]]*\]/gi, '$1[]'],
]

/** Each of them has one of these words, or an `@`: most texts have none, and are not looked through time and again. */
const words = /signature|bearer|token|secret|api-key|cookie|@/i

/**
 * Hides signatures, session tokens, secret keys, cookies and passwords of URLs wherever in a text they stand: a function prints its events and
 * its environment, and AWS answers a wrong signature with all that should have been signed.
 * @param text any text, such as a record as JSON; what is JSON stays JSON
 * @returns the same with `***` in their place
 */
export function maskText(text: string): string {
  if (!words.test(text)) return text
  return secrets.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)
}
