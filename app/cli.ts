#!/usr/bin/env node
console.log('pisang');
