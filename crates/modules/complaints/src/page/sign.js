(() => {
  const form = document.getElementById('sign')
  const pad = document.getElementById('pad')
  const canvas = pad.querySelector('canvas')
  const pen = canvas.getContext('2d')
  const drawn = form.elements.drawn
  let down = false
  let moved = false
  const clear = () => {
    const box = canvas.getBoundingClientRect()
    const scale = Math.min(2, devicePixelRatio || 1)
    canvas.width = box.width * scale
    canvas.height = box.height * scale
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, box.width, box.height)
    pen.strokeStyle = '#192029'
    pen.lineWidth = 2.5
    pen.lineCap = pen.lineJoin = 'round'
    drawn.value = ''
  }
  const at = (event) => {
    const box = canvas.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  pad.hidden = false
  document.getElementById('other').open = false
  clear()
  canvas.addEventListener('pointerdown', (event) => {
    down = true
    moved = false
    canvas.setPointerCapture(event.pointerId)
    pen.beginPath()
    pen.moveTo(...at(event))
    event.preventDefault()
  })
  canvas.addEventListener('pointermove', (event) => {
    if (!down) return
    moved = true
    pen.lineTo(...at(event))
    pen.stroke()
  })
  canvas.addEventListener('pointerup', () => {
    if (down && moved) drawn.value = canvas.toDataURL('image/png')
    down = false
  })
  document.getElementById('clear').addEventListener('click', clear)
})()
