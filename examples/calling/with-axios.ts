import { signAxios } from '@furlong/fetch/axios'
import { create } from 'axios'

const client = create({ baseURL: process.env['BOOKS_URL'] ?? '' })
signAxios(client)

const { status, data } = await client.get('/book', { params: { page: 5 } })
console.log(status, JSON.stringify(data))
