<?php

/**
 * What WooCommerce loads for a cart stands in the other stubs.
 *
 * @package Cartwright
 */

declare(strict_types=1);
