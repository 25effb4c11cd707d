import { createSignedFetch } from '@furlong/fetch'
import { hc } from 'hono/client'
import type app from './books.ts'

const client = hc<typeof app>(process.env['BOOKS_URL'] ?? '', { fetch: createSignedFetch() })

const response = await client.book.$get({ query: { page: '5' } })
console.log(response.status, await response.text())
