package main

import (
	"context"
	"errors"
	"io"

	"wardbridge/cmd/house"
)

func setup(context.Context, []string, house.Config, io.Writer) error { return errors.New("setup") }
func importFile(context.Context, []string, house.Config, io.Writer) error {
	return errors.New("import")
}
func exportFile(context.Context, []string, house.Config, io.Writer) error {
	return errors.New("export")
}
