// Package deploy runs the command that deploys a release and notes what a
// promotion records of it: when it began and ended, how, and, if asked for, the
// beginning and the end of its output.
//
// A deployment is never killed. If the context ends, the command is asked to
// end, once, and waited for: what it did then is recorded as well.
package deploy
