import { expect, it } from 'vitest'
import { ApiError, toApiError } from './error'

it('keeps the server’s code, parameters and fields', () => {
  const error = toApiError(new Response(null, { status: 409 }), {
    code: 'tasks.already_done',
    params: { by: '林筱' },
    fields: [{ field: 'title', code: 'required' }],
    request_id: 'r1',
  })
  expect(error).toBeInstanceOf(ApiError)
  expect([error.status, error.code, error.params.by, error.fields[0]?.field, error.requestId]).toEqual([409, 'tasks.already_done', '林筱', 'title', 'r1'])
})

it('names the failures of others', () => {
  expect(toApiError(new Response(null, { status: 502 }), '<html>').code).toBe('unavailable')
  expect(toApiError(new Response(null, { status: 502 }), undefined).transient).toBe(true)
  expect(new ApiError({ status: 0, code: 'offline' }).offline).toBe(true)
})
