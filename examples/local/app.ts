/** An application as `furlong dev` likes it: a default export with `fetch`. */
export default {
  fetch(request: Request): Response {
    const page = Number(new URL(request.url).searchParams.get('page') ?? 1)
    console.log('page', page)
    return Response.json({ title: 'On Distance', page })
  },
}
