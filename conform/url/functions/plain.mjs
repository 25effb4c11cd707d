/** No stream: a proxy result as a buffered function gives it. */
export const handler = async () => ({ statusCode: 201, headers: { 'x-own': '1' }, body: 'inside' })
