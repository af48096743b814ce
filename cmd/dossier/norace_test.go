//go:build !race

package main

// scenarioFiles are the scenarios that run: here all.
const scenarioFiles = "*.txtar"
