import { request as sendPlain } from 'node:http'
import { request as sendSecure } from 'node:https'
import { text } from 'node:stream/consumers'
import { createRequestSigner } from '@furlong/fetch'

const sign = createRequestSigner()

// Send exactly what comes back: the URL may be spelled differently, and the body is bytes.
const { method, url, headers, body } = await sign(`${process.env['BOOKS_URL']}book?page=5`)
const send = url.startsWith('https:') ? sendSecure : sendPlain
const request = send(url, { method, headers: Object.fromEntries(headers) }, async (response) => {
  console.log(response.statusCode, await text(response))
})
request.end(body)
