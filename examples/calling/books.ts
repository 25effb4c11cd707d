/** The service that is called: an ordinary Hono application. */
import { Hono } from 'hono'
import { validator } from 'hono/validator'

const readPage = validator('query', ({ page }) => ({ page: String(page) }))

const app = new Hono()
  .get('/book', readPage, (c) => c.json({ page: Number(c.req.valid('query').page) }))
  .post('/book', async (c) => c.json({ written: await c.req.text() }, 201))

export default app
