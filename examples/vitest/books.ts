/** The service under test: an ordinary Hono application. */
import { Hono } from 'hono'

const app = new Hono()
app.get('/book', (c) => c.json({ page: Number(c.req.query('page')) }))

export default app
