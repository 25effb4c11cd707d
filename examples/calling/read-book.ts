/** A program: it signs with whatever credentials the machine has. */
import { createSignedFetch } from '@furlong/fetch'

const signedFetch = createSignedFetch()

const response = await signedFetch(`${process.env['BOOKS_URL']}book?page=5`)
console.log(response.status, await response.text())
process.exitCode = response.ok ? 0 : 1
