import { tidy } from '../safe'
import type { Texts } from '../texts'
import { Icon } from './parts'
import type { Upload } from './uploads'

/** A file on its way: how far it is, and the ways to stop it or to try again. */
export function UploadLine({ upload, texts, onRetry, onCancel }: { upload: Upload; texts: Texts; onRetry: () => void; onCancel: () => void }) {
  const { file, preview, progress, failed } = upload
  const percent = Math.round(progress * 100)
  return (
    <div class="line own">
      <div class="upload">
        {preview ? <img src={preview} alt="" /> : <Icon of="clip" />}
        <div>
          <bdi>{tidy(file.name)}</bdi>
          <progress max={100} value={failed ? 0 : percent} aria-label={`${texts.uploading} ${tidy(file.name)}`} />
        </div>
        <button type="button" class="icon" aria-label={`${texts.cancel} ${tidy(file.name)}`} onClick={onCancel}>
          <Icon of="cross" />
        </button>
      </div>
      {failed ? (
        <small class="bad">
          {reason(failed, texts)}
          {failed === 'network' && (
            <button type="button" onClick={onRetry}>
              {texts.again}
            </button>
          )}
        </small>
      ) : (
        <small class="state">
          {texts.uploading} {percent}%
        </small>
      )}
    </div>
  )
}

function reason(code: string, texts: Texts): string {
  if (code === 'large' || code === 'too_large') return texts.upload_large
  if (code === 'empty' || code === 'empty_file') return texts.upload_empty
  if (code === 'network' || code === 'limited') return code === 'limited' ? texts.limited : texts.upload_network
  return code === 'too_many_pixels' ? texts.upload_pixels : texts.upload_refused
}
