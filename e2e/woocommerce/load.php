<?php

/** Loads the WordPress of the store in CARTWRIGHT_STORE, as a request to its front page would. */

declare(strict_types=1);

$address = (string) getenv('CARTWRIGHT_STORE_URL');
$_SERVER['HTTP_HOST'] = substr($address, strlen('http://'));
$_SERVER['SERVER_NAME'] = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
require getenv('CARTWRIGHT_STORE') . '/www/wp-load.php';
