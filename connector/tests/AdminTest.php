<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Tests;

use Cartwright\Admin\Capabilities;
use Cartwright\Admin\Menu;
use Cartwright\Link\Link;

final class AdminTest extends Stage
{
    private static function shown(string $slug): string
    {
        $_GET['page'] = $slug;
        ob_start();
        Menu::show();
        return (string) ob_get_clean();
    }

    public function testAdministratorsMayEverythingAndOthersNothing(): void
    {
        Capabilities::grant();
        self::assertSame(Capabilities::NAMES, array_keys(\Admin::$roles['administrator']->capabilities));
        self::assertSame([], \Admin::$roles['editor']->capabilities);
        \Admin::$roles['administrator']->remove_cap('oloyalty_export');
        \Admin::$roles['editor']->add_cap('ocart_view_reports');
        Capabilities::grant();
        self::assertArrayNotHasKey('oloyalty_export', \Admin::$roles['administrator']->capabilities, 'it was taken away');
        Capabilities::takeAway();
        self::assertSame([], \Admin::$roles['administrator']->capabilities);
        self::assertSame([], \Admin::$roles['editor']->capabilities);
    }

    public function testTheMenuHoldsThePagesThatTheServerHas(): void
    {
        Menu::add();
        $slugs = array_column(\Admin::$menu, 1);
        self::assertSame(['ocart', 'ocart', 'oloyalty', 'oloyalty', 'cartbay', 'cartbay'], $slugs, 'before it has told');
        $this->paired();
        $pages = ['ocart', 'ocart-funnels', 'orders', 'oloyalty-members', 'cartbay'];
        update_option(Link::SERVER_OPTION, ['pages' => $pages]);
        \Admin::$menu = [];
        Menu::add();
        self::assertContains(['ocart', 'ocart-funnels', 'ocart_manage_funnels'], \Admin::$menu);
        self::assertContains(['oloyalty', 'oloyalty-members', 'oloyalty_manage_members'], \Admin::$menu);
        self::assertNotContains('orders', array_column(\Admin::$menu, 1));
        self::assertNotContains('ocart-tests', array_column(\Admin::$menu, 1));
    }

    public function testAPageIsShownInAFrameSignedInAsTheUser(): void
    {
        $this->paired();
        \Admin::$user->ID = 5;
        \Admin::$user->user_login = 'ada';
        \Admin::$user->can = ['ocart_manage', 'manage_woocommerce', 'edit_posts'];
        $this->answering(static fn (): array => [200, ['url' => 'https://server.example/admin-sign-in/abc']]);
        $page = self::shown('ocart-funnels');
        self::assertStringContainsString('<iframe src="https://server.example/admin-sign-in/abc"', $page);
        self::assertStringContainsString('slug=ocart-funnels', $page, 'it can be opened in a window of its own');
        $sent = $this->received[0]['body'];
        self::assertSame('/admin/ocart-funnels', $sent['path']);
        self::assertSame(5, $sent['user']['id']);
        self::assertSame(['ocart_manage', 'manage_woocommerce'], $sent['user']['capabilities'], 'and nothing else of his');
    }

    public function testAServerThatDoesNotAnswerIsTold(): void
    {
        $this->paired();
        $page = self::shown('ocart');
        self::assertStringNotContainsString('<iframe', $page);
        self::assertStringContainsString('https://server.example does not answer', $page);
        self::assertStringContainsString('Your store works as always', $page);
        self::assertStringContainsString('Try again', $page);
        $this->answering(static fn (): array => [200, ['url' => 'javascript:alert(1)']]);
        self::assertStringNotContainsString('javascript', self::shown('ocart'));
    }

    public function testAStoreThatIsNotConnectedLeadsToItsConnection(): void
    {
        self::assertStringNotContainsString('Connect the store', self::shown('ocart'), 'whoever cannot is not led there');
        \WordPress::$capabilities = ['manage_woocommerce'];
        $page = self::shown('ocart');
        self::assertStringContainsString('not connected', $page);
        self::assertStringContainsString('admin.php?page=cartwright"', $page);
    }
}
