<?php

/** Runs a PHP file within the WordPress of the store in CARTWRIGHT_STORE: `run.php FILE [ARGUMENTS]`. */

declare(strict_types=1);

require __DIR__ . '/load.php';

$arguments = array_slice($argv, 1);
$file = (string) array_shift($arguments);
require $file;
