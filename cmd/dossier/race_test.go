//go:build race

package main

// scenarioFiles are the scenarios that run: under the race detector one shows
// what it can find, and all run without it.
const scenarioFiles = "01-normal-change.txtar"
