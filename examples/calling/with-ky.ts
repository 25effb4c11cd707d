import { createSignedFetch } from '@furlong/fetch'
import ky from 'ky'

// The signed fetch retries by itself; with ky's own retries on top, the attempts would multiply.
const client = ky.create({ fetch: createSignedFetch(), prefix: process.env['BOOKS_URL'] ?? '', retry: 0 })

const response = await client.get('book', { searchParams: { page: 5 } })
console.log(response.status, await response.text())
