import { signAxios } from '@furlong/fetch/axios'
// Not `import { create }`: axios 1.7 has no such export.
import { default as axios } from 'axios'

const client = axios.create({ baseURL: process.env['BOOKS_URL'] ?? '' })
signAxios(client)

const { status, data } = await client.get('/book', { params: { page: 5 } })
console.log(status, JSON.stringify(data))
