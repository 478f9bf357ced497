package main

import (
	"context"
	"errors"
	"io"
)

func setup(context.Context, []string, Config, io.Writer) error      { return errors.New("setup") }
func importFile(context.Context, []string, Config, io.Writer) error { return errors.New("import") }
func exportFile(context.Context, []string, Config, io.Writer) error { return errors.New("export") }
