// SPDX-License-Identifier: Apache-2.0
// The child that loads one plugin. The host starts it; by itself it finds nothing on descriptor 3 and ends.
private import PluginWorker

runWorkerProcess()
