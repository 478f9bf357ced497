package paging

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strconv"

	"wardbridge/internal/fault"
)

// Cursor says behind which row the next page begins. The empty cursor is the
// beginning of a list in a request and the end of it in an answer.
type Cursor string

const (
	limitDefault = 50
	limitMax     = 200
	cursorMax    = 2000 // characters; no sort key comes near it
	checksumSize = 4
)

// The refusals of this package.
var (
	ErrCursor = fault.New(fault.Malformed, "cursor_invalid", "This page link is not complete. Start again from the first page.")
	ErrLimit  = fault.New(fault.Invalid, "limit_out_of_range", "A page holds between 1 and "+strconv.Itoa(limitMax)+" rows.")
)

// encoding is strict, so that every cursor has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// Encode makes a cursor of a sort key, in the order of the list's "order by".
// The parts must be values that JSON holds exactly: strings, whole numbers,
// times, identifiers, pointers to them for columns that may be null. It panics
// on what JSON cannot hold, which no request can bring about.
func Encode(parts ...any) Cursor {
	if parts == nil {
		parts = []any{}
	}
	body, err := json.Marshal(parts)
	if err != nil {
		panic(fmt.Sprintf("cursor: %v", err))
	}
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))
	return Cursor(encoding.EncodeToString(append(sum, body...)))
}

// Decode puts the sort key of a cursor into the pointers, which must be as many
// and of the same kinds as the parts that were encoded. Anything else is
// ErrCursor, and the pointers may then hold a part of the key.
func Decode(c Cursor, into ...any) error {
	if len(c) > cursorMax {
		return ErrCursor
	}
	raw, err := encoding.DecodeString(string(c))
	if err != nil || len(raw) < checksumSize {
		return ErrCursor.Because(err)
	}
	sum, body := raw[:checksumSize], raw[checksumSize:]
	if !bytes.Equal(sum, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))) {
		return ErrCursor
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil || len(parts) != len(into) {
		return ErrCursor.Because(err)
	}
	for i, p := range parts {
		if err := json.Unmarshal(p, into[i]); err != nil {
			return ErrCursor.Because(err)
		}
	}
	return nil
}

// Limit is the number of rows of a page: 50 when nothing was asked for, 200 at
// most. Over that it refuses instead of giving fewer, because a caller that
// counts rows to find the end would stop too early.
func Limit(asked int) (int, error) {
	switch {
	case asked == 0:
		return limitDefault, nil
	case asked < 0 || asked > limitMax:
		return 0, ErrLimit.With(fault.Field{Name: "limit", Code: ErrLimit.Code, Text: ErrLimit.Text, Value: strconv.Itoa(asked)})
	}
	return asked, nil
}
