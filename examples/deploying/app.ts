import { Hono } from 'hono'

const app = new Hono()
app.get('/book', (c) => c.json({ page: Number(c.req.query('page')), shelf: process.env['SHELF'] ?? 'none' }))
export default app
