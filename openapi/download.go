package openapi

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"wardbridge/tenants"
)

// SendFile runs a handler inside one long read and sends the file it writes,
// or nothing of it: pages share it with operations.
func SendFile(c *fiber.Ctx, stream func(func(context.Context, *tenants.Tx) error) error, h func(context.Context, *tenants.Tx) (File, error)) error {
	spooled, err := tempFile()
	if err != nil {
		return err
	}
	var file File
	err = stream(func(ctx context.Context, tx *tenants.Tx) error {
		if err := errors.Join(spooled.Truncate(0), rewind(spooled)); err != nil { // a second try starts afresh
			return err
		}
		var err error
		if file, err = h(ctx, tx); err != nil {
			return err
		}
		return file.Write(ctx, tx, spooled)
	})
	if err == nil {
		err = sendFile(c, file, spooled)
	}
	if err != nil {
		return errors.Join(err, spooled.Close())
	}
	return nil
}
