/** What a function's answer suggests to somebody who wonders about it. */

interface Answered {
  readonly status: number
  readonly requestContentType: string | undefined
  readonly requestBody: Uint8Array
}

interface Hint {
  readonly statuses: readonly number[]
  readonly applies: (answered: Answered) => boolean
  readonly says: (answered: Answered) => string
}

const looksLikeJson = (body: Uint8Array): boolean => {
  // 0x7b is {, 0x5b is [
  if (body[0] !== 0x7b && body[0] !== 0x5b) return false
  try {
    JSON.parse(Buffer.from(body).toString('utf8'))
    return true
  } catch {
    return false
  }
}

const hints: readonly Hint[] = [
  {
    statuses: [400, 415, 422],
    applies: ({ requestContentType, requestBody }) =>
      !/json/i.test(requestContentType ?? '') && looksLikeJson(requestBody),
    says: ({ status, requestContentType }) =>
      `The application answered ${status} to a JSON body that was sent ${
        requestContentType === undefined ? 'without a content type' : `as ${requestContentType}`
      }: many frameworks, FastAPI among them, then do not read it as JSON. Send the header content-type: application/json.`,
  },
]

/**
 * @param answered the function's status and what it was asked
 * @returns hints for the record, none for an answer that needs no comment
 */
export function hintsFor(answered: Answered): string[] {
  return hints
    .filter((hint) => hint.statuses.includes(answered.status) && hint.applies(answered))
    .map((hint) => hint.says(answered))
}
