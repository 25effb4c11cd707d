/** Asks for the reason of a refusal. */
import { createSignedFetch } from '@furlong/fetch'

const signedFetch = createSignedFetch({ explain: true })

const { status, refusal } = await signedFetch(`${process.env['BOOKS_URL']}book?page=5`)
console.log(status, refusal?.kind ?? 'not refused by AWS')
if (refusal) {
  const { says, fix, why, diagnosis, differences } = refusal
  console.log(says, fix)
  // The first of the list is told already.
  for (const other of diagnosis.slice(1)) console.log('Or:', other.says, other.fix)
  for (const { part, expected, signed } of differences) console.log(part, { expected, signed })
  if (why !== undefined) console.log(`The whole story: ${why}`)
}
