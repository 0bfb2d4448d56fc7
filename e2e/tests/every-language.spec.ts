import { walkThrough } from '../support/walk.ts'

// A file of its own: another worker may walk it at the same time.
walkThrough(['zh-TW', 'en'])
