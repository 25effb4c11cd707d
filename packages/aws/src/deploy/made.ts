import type { Work } from './plan.ts'

/** Tag of a function that says what `deploy` made of it, as words; `destroy` takes away these and nothing else. */
export const madeTag = 'furlong:made'

/** The function itself: all that hangs on it goes with it. */
export const madeFunction = 'function'

/**
 * Names a part that is made for a function somebody else made.
 * @param part what is made
 * @param alias whose it is; absent for the function's own
 * @returns the word
 */
export function namePart(part: 'url' | 'alias', alias?: string): string {
  return alias === undefined ? part : `${part}/${alias}`
}

/**
 * Reads what was made.
 * @param tags of the function
 * @returns the words
 */
export function readMade(tags: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set((tags[madeTag] ?? '').split(' ').filter((word) => word !== ''))
}

/**
 * Writes down that a part will be made, before it is: what is made and not written down would stay for ever.
 * @param work the deployment
 * @param part the word
 */
export async function writeDown(work: Work, part: string): Promise<void> {
  const made = readMade(work.tags)
  if (made.has(madeFunction) || made.has(part)) return
  const Tags = { [madeTag]: [...made, part].join(' ') }
  await work.lambda.tagResource({ Resource: work.configuration?.FunctionArn ?? '', Tags })
  work.tags = { ...work.tags, ...Tags }
}
