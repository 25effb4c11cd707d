import { createSigningInterceptor } from '@furlong/fetch/undici'
import { Agent, interceptors, request } from 'undici'

// First the signature, then what repeats requests: each attempt is signed anew.
const dispatcher = new Agent().compose(createSigningInterceptor(), interceptors.retry())

const { statusCode, body } = await request(`${process.env['BOOKS_URL']}book`, {
  query: { page: 5 },
  dispatcher,
})
console.log(statusCode, await body.text())
await dispatcher.close()
