/** Asks for the reason of a refusal. */
import { createSignedFetch } from '@furlong/fetch'

const signedFetch = createSignedFetch({ explain: true })

const { status, refusal } = await signedFetch(`${process.env['BOOKS_URL']}book?page=5`)
console.log(status, refusal?.kind ?? 'let in')
console.log(refusal?.says ?? '', refusal?.fix ?? '')
for (const { says, fix } of refusal?.diagnosis ?? []) console.log(says, fix)
