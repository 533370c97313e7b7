package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// readSettings reads a file of settings (JSON), strictly: a name that nobody knows, or anything
// behind them, is an error.
func readSettings(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("this cannot be read: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something stands after the settings: remove it")
	}
	return nil
}
