package openapi

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"mime"
	"os"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// The limits of what is read. Above them nothing is read at all.
const (
	maxJSON   = 1 << 20
	maxUpload = 256 << 20
	maxRest   = 64 << 10 // of an unread body, to keep a connection
)

// Upload is a raw body, whole, in a temporary file that is deleted after the
// handler returns: keep its contents, not its path.
type Upload struct {
	Path        string
	Size        int64
	ContentType string
	Name        string // from Content-Disposition, if the sender gave one
}

// Guard keeps one request from being read out of another's body. With streamed
// bodies the server leaves whatever a handler did not read on the connection and
// would take it for the next request. It must be the first middleware.
//
// Before the handlers: a body above every limit is refused by its length, and a
// body without a length is taken on the API alone, where it is read under a
// limit. After them, also when one panics: a small rest is read away; with more,
// or with a rest that cannot be measured, the connection is closed.
func Guard() fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.Context()
		length := ctx.Request.Header.ContentLength()
		defer func() {
			stream := ctx.RequestBodyStream()
			if stream == nil {
				return
			}
			if length < 0 || ctx.IsGet() || ctx.IsHead() || !drained(stream) {
				ctx.SetConnectionClose()
			}
		}()
		if length > maxUpload {
			return Problem(c, RequestID(c), errTooLargeUpload)
		}
		if length == -1 && ctx.RequestBodyStream() != nil && !strings.HasPrefix(string(ctx.URI().PathOriginal()), prefix+"/") {
			return Problem(c, RequestID(c), ErrLengthMissing)
		}
		return c.Next()
	}
}

// drained reads what is left of a body of known length, if that is little.
func drained(stream io.Reader) bool {
	n, err := io.CopyN(io.Discard, stream, maxRest)
	return errors.Is(err, io.EOF) && n < maxRest
}

// source is the body as it comes, never decompressed: a small body that unpacks
// to gigabytes must not get the chance.
func source(c *fiber.Ctx) io.Reader {
	if stream := c.Context().RequestBodyStream(); stream != nil {
		return stream
	}
	return bytes.NewReader(c.Request().Body())
}

// readBody reads a body whole, up to a limit that is known before and kept while
// reading.
func readBody(c *fiber.Ctx, limit int, tooLarge error) ([]byte, error) {
	length := c.Request().Header.ContentLength()
	if length > limit {
		return nil, tooLarge
	}
	if len(c.Request().Header.Peek("Content-Encoding")) > 0 {
		return nil, ErrMediaType.Saying("Send the body without Content-Encoding.")
	}
	if length == 0 {
		return nil, nil
	}
	buffer := bytes.NewBuffer(make([]byte, 0, max(length, 512)+bytes.MinRead))
	n, err := buffer.ReadFrom(io.LimitReader(source(c), int64(limit)+1))
	switch {
	case err != nil || (length > 0 && n < int64(length)):
		return nil, ErrCutShort.Because(err)
	case n > int64(limit):
		return nil, tooLarge
	}
	return buffer.Bytes(), nil
}

// mediaType is the content type without its parameters, in lower case.
func mediaType(c *fiber.Ctx) string {
	t, _, err := mime.ParseMediaType(string(c.Request().Header.ContentType()))
	if err != nil {
		return ""
	}
	return t
}

func readJSONBody(c *fiber.Ctx) ([]byte, error) {
	raw, err := readBody(c, maxJSON, errTooLargeJSON)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	if mediaType(c) != "application/json" {
		return nil, ErrMediaType
	}
	return raw, nil
}

// checkUpload refuses what the headers already tell.
func (b *body) checkUpload(c *fiber.Ctx) error {
	t := mediaType(c)
	accepted := false
	for _, a := range b.accepts {
		accepted = accepted || a == t || a == "*/*"
	}
	if !accepted {
		return ErrMediaType.Saying("Send the body as " + strings.Join(b.accepts, " or ") + ".")
	}
	if len(c.Request().Header.Peek("Content-Encoding")) > 0 {
		return ErrMediaType.Saying("Send the body without Content-Encoding.")
	}
	if c.Request().Header.ContentLength() > maxUpload {
		return errTooLargeUpload
	}
	return nil
}

// spool writes a raw body to a temporary file and its hash. The caller removes
// the file.
func spool(c *fiber.Ctx, digest hash.Hash) (u Upload, err error) {
	file, err := os.CreateTemp("", "upload-*")
	if err != nil {
		return u, err
	}
	u = Upload{Path: file.Name(), ContentType: mediaType(c), Name: fileName(c)}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			_ = os.Remove(u.Path)
		}
	}()
	length := c.Request().Header.ContentLength()
	if length == 0 {
		return u, nil
	}
	u.Size, err = io.Copy(io.MultiWriter(file, digest), io.LimitReader(source(c), maxUpload+1))
	switch {
	case err != nil || (length > 0 && u.Size < int64(length)):
		return u, ErrCutShort.Because(err)
	case u.Size > maxUpload:
		return u, errTooLargeUpload
	}
	return u, nil
}

func fileName(c *fiber.Ctx) string {
	_, params, err := mime.ParseMediaType(string(c.Request().Header.Peek("Content-Disposition")))
	if err != nil {
		return ""
	}
	name := params["filename"]
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return cut(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name))
}

// digestOf is the fingerprint by which a repeated request is told from another
// one under the same key.
func digestOf(o *operation, a arrived) hash.Hash {
	h := sha256.New()
	_, _ = io.WriteString(h, o.Method+" "+o.ID)
	for _, v := range a.path {
		_, _ = io.WriteString(h, "\x00p"+v)
	}
	for _, q := range a.query {
		_, _ = io.WriteString(h, "\x00q"+q.name+"\x00"+q.value)
	}
	_, _ = io.WriteString(h, "\x00b")
	return h
}
